"""The map: communities, their labels, and where each sound lies from night to night."""
