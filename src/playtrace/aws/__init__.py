"""Handlers for AWS Lambda, and what goes with them. Nothing else needs them."""
