//! The Drill tab without a screen: messages in, effects and state out.
