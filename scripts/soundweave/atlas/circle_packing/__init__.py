"""One way to lay out the map: sounds packed in circles. `placement.draw` is its only entry."""
