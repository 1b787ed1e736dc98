"""The command line: commands, their options, what they print and which files they write."""
