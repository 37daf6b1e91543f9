//! Walks over the regular files of a tar archive and refuses what no dump holds. Nothing is ever
//! unpacked to a disk.

use std::io::{self, Read};
use std::ops::ControlFlow;

use tar::{Archive, Entry, EntryType};

use crate::domain::census::{Defect, DefectLayer};
use crate::dump::member::{Member, normal_path};
use crate::dump::stream::{self, CHUNK, Meter, Stop, Unpacked};

/// Why a walk did not reach the end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The source failed, or the visitor did.
    Io(io::Error),
    /// The archive is broken, or refused.
    Archive(Defect),
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Io(error) => error,
            Trouble::Archive(Defect { file, what, .. }) => {
                let place = if file.is_empty() { "the archive" } else { &file };
                Self::new(io::ErrorKind::InvalidData, format!("{place}: {what}"))
            }
        }
    }
}

/// Takes a file and its bytes; what it leaves unread is skipped.
type Visit<'v> = dyn FnMut(&Member, &mut dyn Read) -> io::Result<ControlFlow<()>> + 'v;

/// Visits each regular file in the order of the archive, then makes sure that it ends as it should.
pub(super) fn walk<'m>(
    source: impl Read + 'm,
    meter: &'m Meter<'m>,
    visit: &mut Visit<'_>,
) -> Result<(), Trouble> {
    let walked = visit_members(source, meter, visit);
    match meter.take_stop() {
        Some(Stop::Source(error)) => Err(Trouble::Io(error)),
        Some(Stop::Archive(what)) => {
            Err(Trouble::Archive(meter.defect(DefectLayer::Archive, what)))
        }
        None => walked.map_err(Trouble::Io),
    }
}

fn visit_members<'m>(
    source: impl Read + 'm,
    meter: &'m Meter<'m>,
    visit: &mut Visit<'_>,
) -> io::Result<()> {
    let mut archive = Archive::new(stream::open(source, meter)?);
    let mut entries = archive.entries()?;
    let mut members = 0;
    let mut buffer = vec![0; CHUNK];
    loop {
        meter.expect_header();
        let Some(entry) = entries.next() else { break };
        let mut entry = entry.map_err(|error| meter.refuse(bad_header(&error, meter)))?;
        members += 1;
        if members > meter.limits.members {
            return Err(meter.refuse(format!("more than {} files", meter.limits.members)));
        }
        let Some(member) = admit(&mut entry, meter)? else { continue };
        let mut body = Body { left: member.size, entry, meter };
        if visit(&member, &mut body)?.is_break() {
            return Ok(());
        }
        while body.read(&mut buffer)? > 0 {}
    }
    expect_end(archive.into_inner(), meter, &mut buffer)
}

fn bad_header(error: &io::Error, meter: &Meter<'_>) -> String {
    if meter.has_ended() {
        "cut: the archive stops inside a tar header".to_owned()
    } else {
        format!("a tar header cannot be read ({error})")
    }
}

/// Lets regular files in, passes over folders, refuses everything else.
fn admit<R: Read>(entry: &mut Entry<'_, R>, meter: &Meter<'_>) -> io::Result<Option<Member>> {
    let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    meter.enter(&raw);
    let kind = entry.header().entry_type();
    if kind == EntryType::XGlobalHeader {
        return Ok(None);
    }
    let path = normal_path(&raw, meter.limits.path).map_err(|what| meter.refuse(what))?;
    meter.enter(&path);
    let refused = match kind {
        EntryType::Regular | EntryType::Continuous if has_sparse_records(entry) => "a sparse file",
        EntryType::Regular | EntryType::Continuous => {
            return Ok(Some(Member { path, size: entry.size() }));
        }
        EntryType::Directory => return Ok(None),
        EntryType::Symlink => "a symbolic link",
        EntryType::Link => "a hard link",
        EntryType::GNUSparse => "a sparse file",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        _ => "an entry of an unknown kind",
    };
    Err(meter.refuse(format!("{refused}, which no dump holds")))
}

/// Whether pax records say that the bytes are only the map and the islands of a sparse file.
/// Records that cannot be read are no better.
fn has_sparse_records<R: Read>(entry: &mut Entry<'_, R>) -> bool {
    let Ok(Some(records)) = entry.pax_extensions() else { return false };
    records
        .into_iter()
        .any(|record| record.map_or(true, |record| record.key_bytes().starts_with(b"GNU.sparse.")))
}

/// The archive must end with two blocks of zeros, and nothing but zeros may follow. The walk has
/// read the first of the two, unless the bytes ran out.
fn expect_end(mut rest: Unpacked<'_>, meter: &Meter<'_>, buffer: &mut [u8]) -> io::Result<()> {
    meter.enter("");
    meter.advance(meter.unpacked());
    if meter.has_ended() {
        return Err(meter.refuse("cut: the archive stops without its end mark"));
    }
    let mut zeros = 0;
    loop {
        let read = rest.read(buffer)?;
        if read == 0 {
            break;
        }
        if buffer.iter().take(read).any(|byte| *byte != 0) {
            return Err(meter.refuse("data follows the end mark of the archive"));
        }
        zeros += read;
    }
    if zeros < 512 {
        return Err(meter.refuse("cut: the archive stops inside its end mark"));
    }
    Ok(())
}

/// The bytes of one member; that they all come is checked here, since tar readers do not.
struct Body<'e, 'm, R: Read> {
    entry: Entry<'e, R>,
    left: u64,
    meter: &'m Meter<'m>,
}

impl<R: Read> Read for Body<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer)?;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(self.meter.refuse("cut: the archive stops inside this file"));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}
