"""Read models: what a node was shown, as tables that can be searched; rebuildable at any time."""
