"""Districts in closed loop: seeded device physics, faults with known truth, and a score. Only public topics."""
