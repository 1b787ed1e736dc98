"""Time: engines that carry a policy through the futures of a world."""
