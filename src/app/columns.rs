//! The columns of all tables: one word each, so that a sort can be remembered and a header clicked.
#![expect(clippy::wildcard_enum_match_arm, reason = "most columns are ordinary")]

use serde::{Deserialize, Serialize};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    Environment,
    Namespace,
    Kind,
    Name,
    Ready,
    Status,
    Restarts,
    /// Our judgement in words, with since when.
    Why,
    Cpu,
    CpuRequest,
    CpuLimit,
    Memory,
    MemoryRequest,
    MemoryLimit,
    Ip,
    Node,
    NominatedNode,
    Gates,
    Quality,
    Account,
    Owner,
    Labels,
    Age,
    Image,
    State,
    Probes,
    Ports,
    Schedule,
    TimeZone,
    Suspended,
    Active,
    LastSchedule,
    LastSuccess,
    NextRun,
    Completions,
    Duration,
    LastSeen,
    Reason,
    Count,
    Object,
    Message,
    Version,
    Taints,
    Pods,
    Drift,
    /// The environment at this place, in the table of workloads.
    Place(u8),
}

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// As its widest text, at most so much.
    Text(u16),
    /// What is left, shared by weight, at least so much.
    Rest(u16),
}

/// Which side texts keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

impl Column {
    /// The header, in kubectl's words where it has one. An environment's column is headed by its name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Environment | Self::Place(_) => "ENV",
            Self::Namespace => "NAMESPACE",
            Self::Kind => "KIND",
            Self::Name => "NAME",
            Self::Ready => "READY",
            Self::Status => "STATUS",
            Self::Restarts => "RESTARTS",
            Self::Why => "WHY",
            Self::Cpu => "CPU",
            Self::CpuRequest => "%CPU/R",
            Self::CpuLimit => "%CPU/L",
            Self::Memory => "MEM",
            Self::MemoryRequest => "%MEM/R",
            Self::MemoryLimit => "%MEM/L",
            Self::Ip => "IP",
            Self::Node => "NODE",
            Self::NominatedNode => "NOMINATED NODE",
            Self::Gates => "READINESS GATES",
            Self::Quality => "QOS",
            Self::Account => "SERVICE ACCOUNT",
            Self::Owner => "OWNER",
            Self::Labels => "LABELS",
            Self::Age => "AGE",
            Self::Image => "IMAGE",
            Self::State => "STATE",
            Self::Probes => "PROBES",
            Self::Ports => "PORTS",
            Self::Schedule => "SCHEDULE",
            Self::TimeZone => "TIMEZONE",
            Self::Suspended => "SUSPEND",
            Self::Active => "ACTIVE",
            Self::LastSchedule => "LAST SCHEDULE",
            Self::LastSuccess => "LAST SUCCESS",
            Self::NextRun => "NEXT RUN",
            Self::Completions => "COMPLETIONS",
            Self::Duration => "DURATION",
            Self::LastSeen => "LAST SEEN",
            Self::Reason => "REASON",
            Self::Count => "COUNT",
            Self::Object => "OBJECT",
            Self::Message => "MESSAGE",
            Self::Version => "VERSION",
            Self::Taints => "TAINTS",
            Self::Pods => "PODS",
            Self::Drift => "DRIFT",
        }
    }

    pub const fn width(self) -> Width {
        match self {
            Self::Why | Self::Message => Width::Rest(20),
            Self::Name => Width::Text(52),
            Self::Image | Self::Labels | Self::Taints | Self::Drift => Width::Text(44),
            Self::Environment | Self::Namespace => Width::Text(16),
            Self::Place(_) => Width::Text(30),
            Self::Object => Width::Text(40),
            _ => Width::Text(28),
        }
    }

    pub const fn side(self) -> Side {
        match self {
            Self::Cpu
            | Self::CpuRequest
            | Self::CpuLimit
            | Self::Memory
            | Self::MemoryRequest
            | Self::MemoryLimit
            | Self::Count
            | Self::Active
            | Self::Pods => Side::Right,
            _ => Side::Left,
        }
    }

    /// Whether the first sort by it starts with the greatest: what hurts most comes first.
    pub const fn starts_descending(self) -> bool {
        matches!(
            self,
            Self::Why
                | Self::Restarts
                | Self::Cpu
                | Self::CpuRequest
                | Self::CpuLimit
                | Self::Memory
                | Self::MemoryRequest
                | Self::MemoryLimit
                | Self::LastSeen
                | Self::Count
                | Self::Drift
        )
    }
}
