"""Many conversations: replay into the store as they finish, then score in worker processes."""
