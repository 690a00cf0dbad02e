"""The use cases of one organisation's node: authorise, build, submit, follow, query."""
