"""A finding written down: `content` is what a report says, the other modules lay it out in their formats."""
