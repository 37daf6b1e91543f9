//! Pass 1: one walk over the archive that counts documents, reads metadata and finds what is wrong.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::mem;
use std::ops::ControlFlow;

use bson::RawDocument;

use crate::domain::census::{ADMIN, Defect, DefectLayer, DumpCensus, Namespace};
use crate::domain::engine::{ServerVersion, VersionSource};
use crate::domain::units::{ByteSize, Count};
use crate::dump::archive::{Trouble, walk};
use crate::dump::documents::{Flaw, Sample, Walker};
use crate::dump::layout::{DataFile, Dump, MetadataFile, Pair, assemble};
use crate::dump::limits::Limits;
use crate::dump::member::{Member, Role, split, unescape};
use crate::dump::metadata::{Metadata, Prelude};
use crate::dump::stream::{CHUNK, Meter, open_member};

/// How many unpacked bytes pass between two reports, unless a file ends.
const REPORT: u64 = 1 << 20;

/// How far pass 1 is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanProgress {
    /// Packed bytes, as they come from the source.
    pub read: u64,
    pub unpacked: u64,
    /// The collection that is being read, by the name of its file.
    pub current: Option<Namespace>,
    /// Bytes of its file that have been read, of how many where that is known, and its documents.
    pub at: u64,
    pub size: Option<u64>,
    pub counted: u64,
    /// Documents counted so far, in all collections.
    pub documents: u64,
}

/// Reads a whole dump once and says what it holds and what is wrong with it.
///
/// Fails only when `source` itself does: whatever is wrong in the bytes is a defect in the census.
/// A defect of the archive ends the reading; one of a file ends the reading of that file.
pub fn take_census(
    source: impl Read,
    limits: &Limits,
    observe: &mut dyn FnMut(&ScanProgress),
) -> io::Result<Dump> {
    let meter = Meter::new(limits);
    let mut scan = Scan {
        meter: &meter,
        observe,
        census: DumpCensus::default(),
        pairs: BTreeMap::new(),
        kept: 0,
        progress: ScanProgress::default(),
        buffer: vec![0; CHUNK],
    };
    let walked = walk(source, &meter, &mut |member, contents| {
        scan.visit(member, contents).map(ControlFlow::Continue)
    });
    match walked {
        Ok(()) => {}
        Err(Trouble::Archive(defect)) => scan.census.defects.push(defect),
        Err(Trouble::Io(error)) => return Err(error),
    }
    Ok(scan.conclude())
}

struct Scan<'s> {
    meter: &'s Meter<'s>,
    observe: &'s mut dyn FnMut(&ScanProgress),
    census: DumpCensus,
    /// By the path that both files of a collection share.
    pairs: BTreeMap<String, Pair>,
    /// Bytes of metadata and names that stay in memory.
    kept: u64,
    progress: ScanProgress,
    buffer: Vec<u8>,
}

impl Scan<'_> {
    fn visit(&mut self, member: &Member, contents: &mut dyn Read) -> io::Result<()> {
        let (role, stem) = member.role();
        self.progress.current = None;
        match role {
            Role::Data => self.data(member, stem, contents),
            Role::Metadata => self.metadata(member, stem, contents),
            Role::Prelude => self.prelude(member, contents),
            Role::Other => Ok(()),
        }?;
        self.report();
        let limit = self.meter.limits.defects;
        if self.census.defects.len() >= limit {
            let count = Count(limit as u64);
            return Err(self.meter.refuse(format!("{count} defects, the rest was not read")));
        }
        Ok(())
    }

    fn data(&mut self, member: &Member, stem: &str, contents: &mut dyn Read) -> io::Result<()> {
        self.keep(member.path.len())?;
        if self.pairs.get(stem).is_some_and(|pair| pair.data.is_some()) {
            return Err(self.meter.refuse("a second file for the same collection"));
        }
        self.census.has_inner_gzip |= member.is_named_gzip();
        let (folder, file) = split(stem);
        let (database, collection) = (split(folder).1, unescape(file));
        let holds_version = (database, collection.as_str()) == (ADMIN, "system.version");
        self.progress.current = Some(Namespace::new(database, collection));
        let mut found = DataFile { path: member.path.clone(), size: 0, documents: 0 };
        let walked = self.documents(member, contents, holds_version, &mut found);
        self.pairs.entry(stem.to_owned()).or_default().data = Some(found);
        walked
    }

    /// Walks over the documents of a file. `found` holds what was seen, also when the archive ends.
    fn documents(
        &mut self,
        member: &Member,
        contents: &mut dyn Read,
        holds_version: bool,
        found: &mut DataFile,
    ) -> io::Result<()> {
        let meter = self.meter;
        let mut contents = open_member(contents, member.is_named_gzip(), meter)?;
        let sample = if holds_version { Sample::All } else { Sample::Share };
        let size = (!contents.is_packed).then_some(member.size);
        let mut walker = Walker::new(size, sample);
        (self.progress.at, self.progress.size, self.progress.counted) = (0, size, 0);
        let mut buffer = mem::take(&mut self.buffer);
        let before = self.progress.documents;
        let mut version = None;
        let mut inspect = |document: &RawDocument| {
            if holds_version && version.is_none() {
                version = compatibility_version(document);
            }
        };
        let mut sound = Ok(());
        let ended = loop {
            let chunk = match contents.input.read(&mut buffer) {
                Ok(0) => break Ok(()),
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(error) => break Err(error),
            };
            if sound.is_ok() {
                sound = walker.feed(chunk, &mut inspect);
            }
            meter.advance(chunk.len() as u64);
            found.size += chunk.len() as u64;
            found.documents = walker.documents();
            self.progress.documents = before + found.documents;
            (self.progress.at, self.progress.counted) = (found.size, found.documents);
            if meter.unpacked() - self.progress.unpacked >= REPORT {
                self.report();
            }
        };
        self.buffer = buffer;
        if let (None, Some(value)) = (&self.census.server_version, version) {
            let from = VersionSource::FeatureCompatibility;
            self.census.server_version = Some(ServerVersion { value, from });
        }
        let sound = if ended.is_ok() { sound.and_then(|()| walker.finish()) } else { sound };
        if let Err(Flaw { offset, what }) = sound {
            let defect = meter.defect(DefectLayer::Documents, what);
            self.census.defects.push(Defect { offset: Some(offset), ..defect });
        }
        self.unless_stopped(ended)
    }

    fn metadata(&mut self, member: &Member, stem: &str, contents: &mut dyn Read) -> io::Result<()> {
        self.keep(member.path.len())?;
        if self.pairs.get(stem).is_some_and(|pair| pair.metadata.is_some()) {
            return Err(self.meter.refuse("a second metadata file for the same collection"));
        }
        let limit = self.meter.limits.metadata;
        let mut found = MetadataFile { path: member.path.clone(), size: 0, content: None };
        let text = self.text(member, contents, limit);
        if let Ok(Some(text)) = &text {
            found.size = text.len() as u64;
            self.keep(text.len())?;
            match Metadata::parse(text) {
                Ok(content) => found.content = Some(content),
                Err(what) => self.pairing_defect(what),
            }
        }
        self.pairs.entry(stem.to_owned()).or_default().metadata = Some(found);
        text.map(|_| ())
    }

    fn prelude(&mut self, member: &Member, contents: &mut dyn Read) -> io::Result<()> {
        let Some(text) = self.text(member, contents, self.meter.limits.prelude)? else {
            return Ok(());
        };
        split(&member.path).0.clone_into(&mut self.census.root);
        self.census.has_prelude = true;
        match serde_json::from_slice::<Prelude>(&text) {
            Ok(Prelude { server_version: value, tool_version }) => {
                let from = VersionSource::Prelude;
                // mongodump writes `unknown` where the server would not say.
                if value.starts_with(|c: char| c.is_ascii_digit()) {
                    self.census.server_version = Some(ServerVersion { value, from });
                }
                self.census.tool_version = Some(tool_version).filter(|text| !text.is_empty());
            }
            Err(error) => self.pairing_defect(format!("the prelude cannot be read ({error})")),
        }
        Ok(())
    }

    /// The whole of a small file; `None` when its own compression is broken.
    fn text(
        &mut self,
        member: &Member,
        contents: &mut dyn Read,
        limit: ByteSize,
    ) -> io::Result<Option<Vec<u8>>> {
        let contents = open_member(contents, member.is_named_gzip(), self.meter)?;
        let mut text = Vec::new();
        let read = contents.input.take(limit.bytes() + 1).read_to_end(&mut text);
        self.meter.advance(text.len() as u64);
        if text.len() as u64 > limit.bytes() {
            return Err(self.meter.refuse(format!("longer than {limit}, which is absurd")));
        }
        let is_whole = read.is_ok();
        self.unless_stopped(read.map(|_| ()))?;
        Ok(is_whole.then_some(text))
    }

    /// A member's own compression may be broken in a sound archive: that is one more defect.
    fn unless_stopped(&mut self, read: io::Result<()>) -> io::Result<()> {
        match read {
            Err(error) if !self.meter.has_stopped() => {
                self.census
                    .defects
                    .push(self.meter.defect(DefectLayer::Archive, error.to_string()));
                Ok(())
            }
            other => other,
        }
    }

    fn pairing_defect(&mut self, what: String) {
        let defect = self.meter.defect(DefectLayer::Pairing, what);
        self.census.defects.push(Defect { offset: None, ..defect });
    }

    fn keep(&mut self, bytes: usize) -> io::Result<()> {
        self.kept += bytes as u64;
        if self.kept > self.meter.limits.kept.bytes() {
            return Err(self.meter.refuse("more names and metadata than any dump holds"));
        }
        Ok(())
    }

    fn report(&mut self) {
        self.progress.read = self.meter.packed();
        self.progress.unpacked = self.meter.unpacked();
        (self.observe)(&self.progress);
    }

    fn conclude(mut self) -> Dump {
        self.report();
        let mut census = self.census;
        census.packed = ByteSize(self.meter.packed());
        census.unpacked = ByteSize(self.meter.unpacked());
        let layout = assemble(self.pairs, &mut census);
        for defect in &mut census.defects {
            if let Some(below) = below(&defect.file, &census.root) {
                defect.file = below.to_owned();
            }
        }
        Dump { census, layout }
    }
}

/// A path without the root that it lies below.
fn below<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    if root.is_empty() { None } else { path.strip_prefix(root)?.strip_prefix('/') }
}

/// The version that the server behaved as, from `admin/system.version.bson`.
fn compatibility_version(document: &RawDocument) -> Option<String> {
    let is_it = document.get_str("_id").ok()? == "featureCompatibilityVersion";
    is_it.then(|| document.get_str("version").ok().map(str::to_owned)).flatten()
}
