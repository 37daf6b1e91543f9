//! Asks the sandbox what it has: room on its disk, the database's own tools.

use crate::adapters::docker::Docker;
use crate::adapters::docker::exec::Output;
use crate::adapters::docker::refusal::{Meaning, lacks_program, one_line};
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::engine::Engine;
use crate::domain::failure::FailureKind;
use crate::domain::units::ByteSize;
use crate::drill::recipe;

/// POSIX: the shell did not find the command.
const NOT_FOUND: i64 = 127;

/// Whether an image has the database's own restore tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreTool {
    Absent,
    Present {
        /// `None` where it would not say.
        version: Option<String>,
    },
}

/// The room on the disk that a folder of the sandbox lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    pub total: ByteSize,
    pub free: ByteSize,
}

impl Docker {
    /// The room at `path` as the sandbox sees it: the engine's disk may not be this machine's.
    pub async fn free_space(
        &self,
        sandbox: &Sandbox,
        path: &str,
    ) -> Result<DiskSpace, AdapterError> {
        let Output { stdout, stderr, .. } = self.run(sandbox, &["df", "-Pk", path]).await?;
        disk_space(&stdout).ok_or_else(|| {
            let said = one_line(&format!("{stdout} {stderr}"));
            Meaning::new(FailureKind::Unexpected, format!("`df` answered {said:?}")).of(
                "asking for free space at",
                format!("{}:{path}", sandbox.name()),
                None,
            )
        })
    }

    /// The database's own restore tool. One that does not work is there all the same: to restore
    /// with another instead would hide what an incident would meet.
    pub async fn restore_tool(&self, sandbox: &Sandbox) -> Result<RestoreTool, AdapterError> {
        let database = sandbox.database();
        let command = format!("{} --version", recipe::server(database).restore_tool);
        match self.run(sandbox, &["sh", "-c", &command]).await {
            Ok(output) => Ok(restore_tool(database, &output)),
            Err(error) if lacks_program(&error) => Ok(RestoreTool::Absent),
            Err(error) => Err(error),
        }
    }
}

fn restore_tool(database: Engine, output: &Output) -> RestoreTool {
    match output.code {
        NOT_FOUND => RestoreTool::Absent,
        _ => RestoreTool::Present { version: recipe::tool_version(database, &output.stdout) },
    }
}

/// Reads what POSIX makes `df -Pk` print: one header, one line, sizes in KiB.
fn disk_space(text: &str) -> Option<DiskSpace> {
    let fields: Vec<&str> = text.lines().nth(1)?.split_whitespace().collect();
    // The name of the file system may hold spaces; counted from its percentage nothing else can.
    let percentage = fields.iter().rposition(|field| field.ends_with('%'))?;
    let size = |back: usize| {
        let kibibytes: u64 = fields.get(percentage.checked_sub(back)?)?.parse().ok()?;
        Some(ByteSize(kibibytes.checked_mul(1024)?))
    };
    Some(DiskSpace { total: size(3)?, free: size(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn df_is_read_as_posix_prints_it() {
        for (text, free) in [
            (
                "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                 /dev/vda1 100 60 40 60% /drill\n",
                Some(40 << 10),
            ),
            (
                "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                 my disk 100 60 39 61% /a b\n",
                Some(39 << 10),
            ),
            ("Filesystem 1024-blocks Used Available Capacity Mounted on\n", None),
            ("df: /drill: No such file or directory\n", None),
            ("", None),
        ] {
            assert_eq!(disk_space(text).map(|space| space.free.bytes()), free, "{text}");
        }
    }

    #[test]
    fn a_tool_is_absent_only_where_the_shell_does_not_find_it() {
        let output =
            |code, stdout: &str| Output { code, stdout: stdout.to_owned(), stderr: String::new() };
        let present = |version: Option<&str>| RestoreTool::Present {
            version: version.map(ToOwned::to_owned),
        };
        assert_eq!(restore_tool(Engine::Mongodb, &output(127, "")), RestoreTool::Absent);
        assert_eq!(restore_tool(Engine::Mongodb, &output(0, "hello")), present(None));
        assert_eq!(restore_tool(Engine::Mongodb, &output(1, "")), present(None));
        let said = output(0, "mongorestore version: 100.9.4\n");
        assert_eq!(restore_tool(Engine::Mongodb, &said), present(Some("100.9.4")));
    }
}
