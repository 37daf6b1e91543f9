//! stub
use crate::domain::{
    pod::Pod,
    quantity::{Cpu, Memory},
    usage::PodUsage,
};
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub percent: u32,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Strain {
    pub cpu: Cpu,
    pub memory: Memory,
    pub cpu_of_request: Option<Share>,
    pub cpu_of_limit: Option<Share>,
    pub memory_of_request: Option<Share>,
    pub memory_of_limit: Option<Share>,
}
pub fn strain(_: &Pod, _: &PodUsage) -> Strain {
    Strain {
        cpu: Cpu(0),
        memory: Memory(0),
        cpu_of_request: None,
        cpu_of_limit: None,
        memory_of_request: None,
        memory_of_limit: None,
    }
}
