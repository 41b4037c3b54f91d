"""Freesound's API: requests within the quota, and its answers as validated values."""
