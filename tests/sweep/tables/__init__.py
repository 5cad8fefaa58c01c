"""The cases of the sweep, a table of each subject."""
