"""Whose child it is and what is held of the child: the register, identity, earlier episodes."""
