//! Clients against the server.
