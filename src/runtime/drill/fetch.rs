//! Download and scan: two steps that overlap, as the scan reads what arrives.

use std::io::{self, Read};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::adapters::s3::{Checksum, Compared, Object, PartFile, S3};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::units::{ByteSize, Count, plural};
use crate::domain::verdict::{self, Judgement, Severity};
use crate::drill::event::{Advance, Part, Step, Unit};
use crate::dump::{Dump, Limits, ScanProgress, take_census};
use crate::runtime::disk::check_room;

use super::reporter::Reporter;

/// The object on this machine, read once and judged.
#[derive(Debug)]
pub struct Fetched {
    pub dump: Arc<Dump>,
    /// Rules A1 to A4.
    pub judgements: Vec<Judgement>,
}

impl Fetched {
    /// Whether the dump is broken: such a dump is never restored.
    pub fn is_refused(&self) -> bool {
        let mut findings = self.judgements.iter().flat_map(Judgement::findings);
        findings.any(|finding| finding.severity == Severity::Fail)
    }
}

/// What fetching came to: a dump that was scanned is worth telling even where the download failed.
#[derive(Debug)]
pub struct Fetching {
    pub fetched: Option<Fetched>,
    pub failure: Option<Failure>,
}

/// Downloads into `part`, scanning and checking the checksum of what arrives. A dump that the scan
/// has found broken is not downloaded to its end.
pub async fn fetch(
    s3: &S3,
    part: &PartFile,
    earlier_prelude: bool,
    reporter: &Reporter,
) -> Fetching {
    let size = part.object().backup.size;
    let missing = ByteSize(size.bytes().saturating_sub(part.resumed().bytes()));
    let room = part.path().parent().map_or(Ok(()), |folder| check_room(folder, missing));
    if let Err(failure) = room {
        // Before anybody reads: readers wait for a download that has not begun.
        let refused = reporter.step(Step::Download, async { Err::<((), String), _>(failure) });
        return Fetching { fetched: None, failure: refused.await.err() };
    }
    let useless = CancellationToken::new();
    let download = reporter.step(Step::Download, async {
        match useless.run_until_cancelled(download(s3, part, reporter)).await {
            Some(downloaded) => downloaded,
            None => Ok(((), "ended early: the scan has found the dump broken".to_owned())),
        }
    });
    let scan = reporter.step(Step::Scan, async {
        let dump = scan(part.reader(), Some(size), reporter).await?;
        let judgements = verdict::dump::judge(&dump.census, Some(size), earlier_prelude);
        let fetched = Fetched { dump: Arc::new(dump), judgements };
        if fetched.is_refused() {
            useless.cancel();
        }
        let summary = summary(&fetched);
        Ok((fetched, summary))
    });
    // A download that fails wakes the scan, which then has nothing to add.
    let (downloaded, scanned) = tokio::join!(download, scan);
    match (downloaded, scanned) {
        (Ok(()), Ok(fetched)) => Fetching { fetched: Some(fetched), failure: None },
        (Err(failure), scanned) => Fetching { fetched: scanned.ok(), failure: Some(failure) },
        (Ok(()), Err(failure)) => Fetching { fetched: None, failure: Some(failure) },
    }
}

/// Downloads into `part` what it still misses, checking the checksum of what arrives.
pub async fn save(s3: &S3, part: &PartFile, reporter: &Reporter) -> Result<(), Failure> {
    let size = part.object().backup.size;
    let missing = ByteSize(size.bytes().saturating_sub(part.resumed().bytes()));
    let saving = async {
        part.path().parent().map_or(Ok(()), |folder| check_room(folder, missing))?;
        download(s3, part, reporter).await
    };
    reporter.step(Step::Download, saving).await
}

async fn download(s3: &S3, part: &PartFile, reporter: &Reporter) -> Result<((), String), Failure> {
    let object = part.object();
    let resumed = part.resumed();
    if resumed.bytes() > 0 {
        reporter.resumed();
        let text = format!("{resumed} of it were here from an earlier try: no RTO is told");
        reporter.remember(Step::Download, text);
    }
    let checking = check(object, part.reader());
    let observe = |moved: crate::adapters::s3::Transferred| {
        let (done, total) = (moved.done.bytes(), moved.total.bytes());
        reporter.advance(Step::Download, Advance::bytes(done, Some(total), ""));
    };
    let downloading = async { s3.download(part, &observe).await.map_err(Failure::from) };
    let (downloaded, checked) = tokio::join!(downloading, checking);
    downloaded?;
    let checked = checked?;
    if object.checksum.is_none() {
        let why = "the storage keeps no checksum of the whole object: only its length was checked";
        reporter.remember(Step::Download, why);
    }
    Ok(((), format!("{}, {checked}", object.backup.size)))
}

/// Compares the whole object with the checksum that the storage keeps, beside the download.
async fn check(object: &Object, reader: impl Read + Send + 'static) -> Result<String, Failure> {
    let Some(checksum) = object.checksum.clone() else {
        return Ok("length checked".to_owned());
    };
    let algorithm = checksum.algorithm();
    match blocking(move || Checksum::compare(&checksum, reader)).await? {
        Compared::Same => Ok(format!("{algorithm} checked")),
        Compared::Differs { stored, found } => Err(Failure::new(
            FailureKind::Unexpected,
            format!("what arrived is not what was stored: {algorithm} is {found}, not {stored}"),
        )
        .advise("drill it once more; if it differs again, the storage has lost the object")),
    }
}

/// Reads a dump once. `size` is the object's, where it is known.
pub async fn scan(
    source: impl Read + Send + 'static,
    size: Option<ByteSize>,
    reporter: &Reporter,
) -> Result<Dump, Failure> {
    let (tell, mut told) = mpsc::channel::<ScanProgress>(4);
    let reading = blocking(move || {
        take_census(source, &Limits::default(), &mut |progress| {
            // A report that nobody waits for is not worth a pause.
            tell.try_send(progress.clone()).ok();
        })
    });
    let reporting = async {
        let mut parts: Vec<Part> = Vec::new();
        while let Some(progress) = told.recv().await {
            if let Some(part) = part(&progress) {
                match parts.last_mut().filter(|last| last.name == part.name) {
                    Some(last) => *last = part,
                    None => parts.push(part),
                }
                reporter.parts(Step::Scan, || parts.clone());
            }
            let current = progress.current.map(|name| name.to_string()).unwrap_or_default();
            let detail = format!("{} documents  {current}", Count(progress.documents));
            let total = size.map(ByteSize::bytes);
            reporter.advance(
                Step::Scan,
                Advance { done: progress.read, total, unit: Unit::Bytes, detail },
            );
        }
    };
    let (dump, ()) = tokio::join!(reading, reporting);
    if let Ok(dump) = &dump {
        let whole = dump.census.judged().map(|(name, dumped)| Part {
            name: name.clone(),
            done: dumped.bytes.bytes(),
            total: Some(dumped.bytes.bytes()),
            documents: Some(dumped.documents),
        });
        reporter.all_parts(Step::Scan, whole.collect());
    }
    dump
}

/// The collection that is being read, as far as it has been.
fn part(progress: &ScanProgress) -> Option<Part> {
    let name = progress.current.clone().filter(|name| !name.is_system())?;
    let (done, total) = (progress.at, progress.size);
    Some(Part { name, done, total, documents: Some(progress.counted) })
}

/// Runs blocking work. Its failure is the source's: whatever is wrong in the bytes is a finding.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure::new(FailureKind::Unexpected, format!("reading: {error}"))),
        Err(error) => Err(Failure::new(FailureKind::Unexpected, format!("reading ended: {error}"))),
    }
}

fn summary(fetched: &Fetched) -> String {
    let census = &fetched.dump.census;
    let collections = census.judged().count() as u64;
    let version = census
        .server_version
        .as_ref()
        .map(|version| format!(", server {}", version.value))
        .unwrap_or_default();
    let found = format!(
        "{} in {}, {} raw{version}",
        plural(census.documents(), "document"),
        plural(collections, "collection"),
        census.bytes()
    );
    if fetched.is_refused() { format!("{found}: the dump is broken") } else { found }
}
