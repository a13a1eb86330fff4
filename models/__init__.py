# The table of contents: the stages in the order in which a campaign passes them.
