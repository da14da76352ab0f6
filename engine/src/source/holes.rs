//! stub
/// stub
pub struct Holes;
