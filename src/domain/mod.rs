//! The words of the console: no IO, no clock, nothing that can fail.

pub mod environment;

pub mod shelf;
pub mod shell;

pub mod labels;

pub mod pod;

pub mod workload;

pub mod job;

pub mod node;

pub mod event;

pub mod quantity;

pub mod age;

pub mod severity;

pub mod diagnosis;

pub mod explanation;

pub mod kubectl;

pub mod glance;

pub mod trust;

pub mod usage;

pub mod news;

pub mod log;

pub mod deed;

pub mod key;

pub mod backup;

pub mod slot;

pub mod known;

pub mod median;

pub mod series;

pub mod plot;

pub mod bucket;

pub mod metrics;

pub mod checkup;

pub mod engine;

pub mod census;

pub mod index;

pub mod restore;

pub mod verdict;

pub mod loss;

pub mod failure;

pub mod settings;

pub mod units;

pub mod text;

pub mod ansi;

pub mod document;

pub mod yaml;

pub mod describe;
