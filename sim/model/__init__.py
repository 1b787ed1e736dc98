"""What a user may set: World and Policy, each value with its unit, range and source beside it."""
