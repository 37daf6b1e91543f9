//! How a text is read: places that stay, searches, filters.
