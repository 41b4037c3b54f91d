"""Pictures drawn at build time: charts, the timeline and the map."""
