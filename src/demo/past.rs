//! What the world's journal holds of before.

use std::io;

use jiff::{Timestamp, ToSpan as _};

use crate::domain::backup::NameFormat;
use crate::domain::environment::EnvironmentName;
use crate::journal::{Imported, Journal, Line};

/// Drills of before Lifeboat, as a team's spreadsheet told of them.
pub(super) fn remember(journal: &Journal, now: Timestamp, names: &NameFormat) -> io::Result<()> {
    let rows = [
        (82, "prod", "ok", "seven counts compared by hand, all fine"),
        (54, "staging", "ok", "took an hour, the container was left running"),
        (26, "prod", "ok", "mongo:latest did not start, used 4.2"),
    ];
    for (days, environment, result, note) in rows {
        let at = now.checked_sub((days * 24).hours()).map_err(io::Error::other)?;
        let backup = names.name(at).unwrap_or_default();
        let midnight = backup.split('T').next().unwrap_or_default();
        let row = Imported {
            at,
            environment: EnvironmentName(environment.to_owned()),
            backup: format!("{midnight}T00_00.tar.gz"),
            result: result.to_owned(),
            note: note.to_owned(),
        };
        journal.append(row.id(), &Line::Imported(row)).map_err(io::Error::other)?;
    }
    Ok(())
}
