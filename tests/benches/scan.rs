//! How much of the bare decoder's speed pass 1 keeps, on the same bytes in the same run.
//!
//! `cargo bench --bench scan`; the last line is the ratio, which should stay above 85 %.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use bson::doc;
use bson::oid::ObjectId;
use divan::Bencher;
use divan::counter::BytesCount;
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use lifeboat::dump::{BatchSize, Dump, Limits, read_batches, take_census, write_clean_tar};

const RAW: usize = 64 << 20;
const BUFFER: usize = 256 * 1024;

/// A tarball, and how many bytes come out of it.
struct Tarball {
    bytes: Vec<u8>,
    unpacked: u64,
}

fn main() -> io::Result<()> {
    divan::main();
    let mut out = io::stdout().lock();
    for (name, filler) in [("200 byte documents", 40), ("1 KiB documents", 860)] {
        let ratio = compare(&tarball(filler)?)?;
        writeln!(out, "take_census keeps {ratio:.0} % of the decoder's speed on {name}")?;
    }
    Ok(())
}

#[divan::bench]
fn bare_decoder(bencher: Bencher<'_, '_>) {
    measure(bencher, decode);
}

#[divan::bench]
fn census(bencher: Bencher<'_, '_>) {
    measure(bencher, |tarball| scan(tarball).map(|_| ()));
}

#[divan::bench]
fn batches(bencher: Bencher<'_, '_>) {
    let dump = tarball(860).and_then(|tarball| scan(&tarball)).unwrap_or_default();
    measure(bencher, |tarball| {
        let size = BatchSize::default();
        read_batches(&*tarball.bytes, &dump, size, &mut |batch| {
            divan::black_box_drop(batch);
            ControlFlow::Continue(())
        })
    });
}

#[divan::bench]
fn clean_tar(bencher: Bencher<'_, '_>) {
    let dump = tarball(860).and_then(|tarball| scan(&tarball)).unwrap_or_default();
    measure(bencher, |tarball| write_clean_tar(&*tarball.bytes, &dump, io::sink()));
}

fn measure(bencher: Bencher<'_, '_>, run: impl Fn(&Tarball) -> io::Result<()> + Sync) {
    let tarball = tarball(860);
    let size = tarball.as_ref().map_or(0, |tarball| tarball.unpacked);
    bencher.counter(BytesCount::new(size)).bench(|| run(tarball.as_ref().ok()?).ok());
}

fn scan(tarball: &Tarball) -> io::Result<Dump> {
    take_census(&*tarball.bytes, &Limits::default(), &mut |_| {})
}

fn decode(tarball: &Tarball) -> io::Result<()> {
    let mut decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, &*tarball.bytes));
    let mut buffer = vec![0; BUFFER];
    while decoder.read(&mut buffer)? > 0 {
        divan::black_box(&buffer);
    }
    Ok(())
}

/// The speed of pass 1 in percent of the decoder's: the best of several runs, in turns.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn compare(tarball: &Tarball) -> io::Result<f64> {
    let (mut bare, mut census) = (f64::MAX, f64::MAX);
    for _ in 0..12 {
        let began = Instant::now();
        decode(tarball)?;
        bare = bare.min(began.elapsed().as_secs_f64());
        let began = Instant::now();
        divan::black_box_drop(scan(tarball)?);
        census = census.min(began.elapsed().as_secs_f64());
    }
    Ok(100.0 * bare / census)
}

/// One collection of documents that compress as real ones do: ids, words, numbers.
fn tarball(filler: usize) -> io::Result<Tarball> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words = ["sequencing", "biomaterial", "protocol", "valid", "draft", "human", "liver"];
    let mut data = Vec::with_capacity(RAW + 4096);
    while data.len() < RAW {
        let mut id = [0; 12];
        id.iter_mut().zip(random().to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
        let mut text = String::new();
        while text.len() < filler {
            let word = usize::try_from(random() % 7).ok().and_then(|at| words.get(at));
            write!(text, "{} {:x} ", word.unwrap_or(&""), random() & 0xffff)
                .map_err(io::Error::other)?;
        }
        let document = doc! {
            "_id": ObjectId::from_bytes(id),
            "submissionDate": bson::DateTime::from_millis(1_700_000_000_000),
            "state": {"name": "VALID", "retries": 3},
            "text": text,
        };
        data.extend(document.to_vec().map_err(io::Error::other)?);
    }
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let metadata = br#"{"options":{},"indexes":[]}"#;
    for (path, bytes) in
        [("dump/admin/file.bson", &data[..]), ("dump/admin/file.metadata.json", metadata)]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, bytes)?;
    }
    let bytes = tar.into_inner()?.finish()?;
    let unpacked = data.len() as u64;
    Ok(Tarball { bytes, unpacked })
}
