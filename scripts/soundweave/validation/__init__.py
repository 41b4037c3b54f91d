"""Validation: small checks, one idea each, that yield findings with a location."""
