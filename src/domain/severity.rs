//! stub
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Done,
    Fine,
    Busy,
    Warning,
    Critical,
}
impl Severity {
    pub const fn word(self) -> &'static str {
        "fine"
    }
}
