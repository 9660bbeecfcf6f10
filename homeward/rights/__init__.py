"""What the hub's user may do in Kafka against what the hub needs: asked of the cluster, told with the command that
grants what is missing. Nothing is tried out: nothing is written, no topic is made, no group is joined."""

from homeward.rights.needs import Need, Rights, look

__all__ = ["Need", "Rights", "look"]
