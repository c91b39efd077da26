"""capweb: wiring on top, shared ground below. See README.md for the map of the rooms."""
