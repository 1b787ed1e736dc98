"""Charts, the tile map and the report: results as people see them."""
