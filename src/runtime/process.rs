//! Who runs: user, host, and a process identity that survives the reuse of process ids.

use std::fmt;
use std::fs;
use std::process;

/// `<pid>:<start>:<boot id>`: two processes never share it, not even across restarts of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessIdentity {
    pid: u32,
    /// Clock ticks after boot; empty where the system does not tell.
    start: String,
    boot: String,
}

impl ProcessIdentity {
    pub fn own() -> Self {
        let pid = process::id();
        Self { pid, start: start_of(pid).unwrap_or_default(), boot: boot_id() }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let pid = parts.next()?.parse().ok()?;
        let (start, boot) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        Some(Self { pid, start, boot })
    }

    /// Whether this very process still runs on this host. Where the system does not tell a start
    /// time, a living process id counts: rather too much is kept than something in use removed.
    pub fn is_alive(&self) -> bool {
        if self.boot != boot_id() {
            return false;
        }
        match start_of(self.pid) {
            Some(start) => start == self.start,
            None => {
                !fs::exists("/proc/self").unwrap_or(false)
                    && self.start.is_empty()
                    && answers(self.pid)
            }
        }
    }
}

impl fmt::Display for ProcessIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.pid, self.start, self.boot)
    }
}

/// Field 22 of `/proc/PID/stat` (proc(5)); the command in field 2 may hold spaces and parentheses.
fn start_of(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_command = stat.rsplit_once(')')?.1;
    let mut fields = after_command.split_whitespace();
    // A zombie has ended; only its parent has not looked yet.
    let state = fields.next()?;
    (state != "Z").then(|| fields.nth(18).map(str::to_owned)).flatten()
}

fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// Asks `ps`, for systems without `/proc`.
fn answers(pid: u32) -> bool {
    let ps = process::Command::new("ps").args(["-p", &pid.to_string()]).output();
    ps.is_ok_and(|output| output.status.success())
}

/// `user@host`, as labels and records name whoever drilled.
pub fn owner() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).or_else(|| command("id", &["-un"]));
    let host = fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|host| host.trim().to_owned())
        .or_else(|| command("hostname", &[]))
        .filter(|host| !host.is_empty());
    format!("{}@{}", user.as_deref().unwrap_or("unknown"), host.as_deref().unwrap_or("unknown"))
}

fn command(program: &str, arguments: &[&str]) -> Option<String> {
    let output = process::Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_its_identity_can_be_read_back() {
        let own = ProcessIdentity::own();
        assert!(own.is_alive());
        assert_eq!(ProcessIdentity::parse(&own.to_string()), Some(own));
    }

    #[test]
    fn another_start_or_another_boot_is_another_process() {
        let own = ProcessIdentity::own();
        assert!(!ProcessIdentity { start: "1".to_owned(), ..own.clone() }.is_alive());
        assert!(!ProcessIdentity { boot: "other".to_owned(), ..own }.is_alive());
        assert_eq!(ProcessIdentity::parse("garbage"), None);
    }
}
