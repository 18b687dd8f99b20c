"""Upgrade of lakes that cinelake 0.6 wrote (format 1), and the way back."""
