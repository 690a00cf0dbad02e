"""The release right of a container: from the carrier to the driver who may take it away."""
