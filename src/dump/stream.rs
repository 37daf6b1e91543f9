//! The outer layers: packed bytes are counted and unpacked, what comes out is counted and guarded.
//! Invariant: whatever makes reading fail has told the [`Meter`] why; the error itself only unwinds.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use crate::domain::census::{Defect, DefectLayer};
use crate::domain::units::ByteSize;
use crate::dump::limits::Limits;
use crate::dump::magic::{Format, PREFIX, is_unnamed_gzip};

/// The size of every buffer on the way; smaller ones cost up to a quarter of the speed.
pub(super) const CHUNK: usize = 256 * 1024;

/// Why reading ended before its time.
#[derive(Debug)]
pub(super) enum Stop {
    /// The source failed: nothing is known about the rest of the bytes.
    Source(io::Error),
    /// The bytes are broken, or refused.
    Archive(String),
}

/// Where the reading is and how it stands; every layer holds a reference.
#[derive(Debug)]
pub(super) struct Meter<'l> {
    pub(super) limits: &'l Limits,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    /// What came out of compressed members.
    inflated: Cell<u64>,
    /// Bytes that may be unpacked before something has to be reached.
    allowance: Cell<u64>,
    ended: Cell<bool>,
    file: RefCell<String>,
    offset: Cell<u64>,
    stop: RefCell<Option<Stop>>,
}

impl<'l> Meter<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            packed: Cell::new(0),
            unpacked: Cell::new(0),
            inflated: Cell::new(0),
            allowance: Cell::new(u64::MAX),
            ended: Cell::new(false),
            file: RefCell::default(),
            offset: Cell::new(0),
            stop: RefCell::default(),
        }
    }

    pub(super) fn packed(&self) -> u64 {
        self.packed.get()
    }

    pub(super) fn unpacked(&self) -> u64 {
        self.unpacked.get()
    }

    /// Whether the end of the unpacked bytes has been met.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// The reading is between two members, and the next header must come within the limit.
    pub(super) fn expect_header(&self) {
        self.file.borrow_mut().clear();
        self.offset.set(self.unpacked.get());
        // The padding of the last member comes first.
        self.allowance.set(self.limits.header.bytes() + 2 * 512);
    }

    pub(super) fn enter(&self, file: &str) {
        file.clone_into(&mut self.file.borrow_mut());
        self.offset.set(0);
        self.allowance.set(u64::MAX);
    }

    /// How far the current member has been read, in unpacked bytes.
    pub(super) fn advance(&self, bytes: u64) {
        self.offset.set(self.offset.get() + bytes);
    }

    /// Ends the reading for good; the first reason stays.
    pub(super) fn stop(&self, reason: Stop) -> io::Error {
        self.stop.borrow_mut().get_or_insert(reason);
        stopped()
    }

    pub(super) fn refuse(&self, what: impl Into<String>) -> io::Error {
        self.stop(Stop::Archive(what.into()))
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.stop.borrow().is_some()
    }

    pub(super) fn take_stop(&self) -> Option<Stop> {
        self.stop.borrow_mut().take()
    }

    /// A defect at the current place.
    pub(super) fn defect(&self, layer: DefectLayer, what: String) -> Defect {
        let file = self.file.borrow().clone();
        Defect { layer, file, offset: Some(self.offset.get()), what }
    }

    fn inflate(&self, bytes: usize) -> io::Result<()> {
        self.inflated.set(self.inflated.get() + bytes as u64);
        self.check_ratio()
    }

    fn check_ratio(&self) -> io::Result<()> {
        let out = self.unpacked.get() + self.inflated.get();
        let limit = self.packed.get().saturating_mul(self.limits.ratio);
        if out <= self.limits.ratio_from.bytes() || out <= limit {
            return Ok(());
        }
        let (packed, out) = (ByteSize(self.packed.get()), ByteSize(out));
        Err(self.refuse(format!("a decompression bomb: {packed} have become {out}")))
    }
}

fn stopped() -> io::Error {
    io::Error::other("reading the dump has stopped")
}

/// Opens the outer layer and gives the bytes of the tar archive.
///
/// A further reader (`mongodump --archive`, another compression) has its place in these matches.
pub(super) fn open<'m, R: Read + 'm>(source: R, meter: &'m Meter<'m>) -> io::Result<Unpacked<'m>> {
    let mut packed = BufReader::with_capacity(CHUNK, Counted { source, meter });
    let prefix = peek(&mut packed)?;
    match Format::of(&prefix) {
        Format::Tar => Ok(Unpacked::new(Cursor::new(prefix).chain(packed), meter)),
        Format::Gzip => {
            let mut gunzip = Gunzip::new(Cursor::new(prefix).chain(packed));
            let prefix = peek(&mut gunzip).map_err(|error| meter.refuse(error.to_string()))?;
            match Format::of(&prefix) {
                Format::Tar => Ok(Unpacked::new(Cursor::new(prefix).chain(gunzip), meter)),
                other => Err(meter.refuse(refusal(other, " inside gzip"))),
            }
        }
        other => Err(meter.refuse(refusal(other, ""))),
    }
}

fn refusal(format: Format, place: &str) -> String {
    let name = format.name();
    if format.lacks_a_reader() {
        format!("{name}{place} cannot be read; a tar archive, plain or gzip, of a dump folder can")
    } else {
        format!("not a dump: {name}{place}")
    }
}

fn peek(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut prefix = Vec::with_capacity(PREFIX);
    reader.by_ref().take(PREFIX as u64).read_to_end(&mut prefix)?;
    Ok(prefix)
}

/// The source; counts, waits out interruptions, and remembers failure.
struct Counted<'m, R> {
    source: R,
    meter: &'m Meter<'m>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.source.read(buffer) {
                Ok(read) => {
                    self.meter.packed.set(self.meter.packed.get() + read as u64);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.meter.stop(Stop::Source(error))),
            }
        }
    }
}

/// A gzip stream of one or more members, up to the very end of its input.
struct Gunzip<R> {
    decoder: Option<GzDecoder<R>>,
    /// Whether an earlier member has ended well.
    continues: bool,
    /// Whether the current member has given bytes.
    begun: bool,
}

impl<R: BufRead> Gunzip<R> {
    fn new(input: R) -> Self {
        Self { decoder: Some(GzDecoder::new(input)), continues: false, begun: false }
    }

    fn explain(&self, error: &io::Error) -> io::Error {
        let what = if self.continues && !self.begun {
            "the gzip stream is followed by bytes that do not belong to it".to_owned()
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            "cut: the gzip stream stops before its end".to_owned()
        } else {
            format!("the gzip stream is damaged ({error})")
        };
        io::Error::new(io::ErrorKind::InvalidData, what)
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(buffer) {
                Ok(0) if !buffer.is_empty() => {}
                Ok(read) => {
                    self.begun = true;
                    return Ok(read);
                }
                Err(error) => return Err(self.explain(&error)),
            }
            let rest = self.decoder.take().map(GzDecoder::into_inner);
            (self.continues, self.begun) = (true, false);
            if let Some(mut input) = rest
                && !input.fill_buf()?.is_empty()
            {
                self.decoder = Some(GzDecoder::new(input));
            }
        }
        Ok(0)
    }
}

/// The bytes of the tar archive: counted, and guarded against bombs.
pub(super) struct Unpacked<'m> {
    input: Box<dyn Read + 'm>,
    meter: &'m Meter<'m>,
}

impl<'m> Unpacked<'m> {
    fn new(input: impl Read + 'm, meter: &'m Meter<'m>) -> Self {
        Self { input: Box::new(input), meter }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let meter = self.meter;
        if meter.has_stopped() {
            return Err(stopped());
        }
        let read = self.input.read(buffer).map_err(|error| meter.refuse(error.to_string()))?;
        if read == 0 && !buffer.is_empty() {
            meter.ended.set(true);
        }
        meter.unpacked.set(meter.unpacked.get() + read as u64);
        let Some(allowance) = meter.allowance.get().checked_sub(read as u64) else {
            return Err(meter.refuse("a tar header of absurd length"));
        };
        meter.allowance.set(allowance);
        meter.check_ratio()?;
        Ok(read)
    }
}

/// The bytes of a file of the dump, unpacked where it is packed itself.
pub(super) struct Contents<'a> {
    pub(super) input: Box<dyn Read + 'a>,
    /// Whether it is packed, so that its length is not the archive's word.
    pub(super) is_packed: bool,
}

/// Opens one member; `named_gzip` is what its name says.
pub(super) fn open_member<'a>(
    member: &'a mut dyn Read,
    named_gzip: bool,
    meter: &'a Meter<'a>,
) -> io::Result<Contents<'a>> {
    let mut prefix = Vec::with_capacity(8);
    (&mut *member).take(8).read_to_end(&mut prefix)?;
    let is_packed = named_gzip || is_unnamed_gzip(&prefix);
    let whole = Cursor::new(prefix).chain(member);
    let input: Box<dyn Read + 'a> = if is_packed {
        let gunzip = Gunzip::new(BufReader::with_capacity(CHUNK / 4, whole));
        Box::new(Inflated { gunzip, meter })
    } else {
        Box::new(whole)
    };
    Ok(Contents { input, is_packed })
}

/// A compressed member, unpacked and counted.
struct Inflated<'m, R> {
    gunzip: Gunzip<R>,
    meter: &'m Meter<'m>,
}

impl<R: BufRead> Read for Inflated<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.gunzip.read(buffer)?;
        self.meter.inflate(read)?;
        Ok(read)
    }
}
