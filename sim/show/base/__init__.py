"""What all charts, tables and pages are built with."""
