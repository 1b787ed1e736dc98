"""The model beside what happened, and beside closed forms."""
