"""Clients that others wrote for the hosted service, installed from their registries and run unmodified against this server."""
