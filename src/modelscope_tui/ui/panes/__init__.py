"""The panes of the explorer: each shows what it is given and posts what a person did; none knows another."""
