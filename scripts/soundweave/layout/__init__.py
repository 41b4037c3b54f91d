"""Where each sound lies on the map: circles within circles, the same from night to night."""
