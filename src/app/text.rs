//! stub
#[derive(Debug)]
pub struct TextView {
    pub lines: Vec<String>,
}
