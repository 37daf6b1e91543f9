//! What the API server sends, read into rows: only what is shown, sorted by or judged is kept.
