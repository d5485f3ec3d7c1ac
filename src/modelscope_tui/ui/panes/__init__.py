"""The panes of the explorer: each posts what happened and shows what it is given."""
