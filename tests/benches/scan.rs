//! How much of the bare decoder's speed pass 1 keeps, on the same bytes in the same run.
//!
//! `cargo bench --bench scan`; the last line is the ratio, which should stay above 85 %.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark ends where anything is wrong"
)]

#[path = "parts/dump.rs"]
mod dump;
#[path = "parts/processor.rs"]
mod processor;

use std::io::{self, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use divan::Bencher;
use divan::counter::BytesCount;
use flate2::bufread::MultiGzDecoder;
use lifeboat::dump::{BatchSize, Dump, Limits, read_batches, take_census, write_clean_tar};

/// Of each of the four collections.
const BLOCK: usize = 16 << 20;
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

/// The speed of pass 1 in percent of the decoder's, of several runs in turns.
fn compare(tarball: &Tarball) -> io::Result<f64> {
    let (mut bare, mut census) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..12 {
        let began = processor::time();
        decode(tarball)?;
        let decoded = processor::time();
        divan::black_box_drop(scan(tarball)?);
        bare += decoded.saturating_sub(began);
        census += processor::time().saturating_sub(decoded);
    }
    Ok(100.0 * bare.as_secs_f64() / census.as_secs_f64())
}

/// A tarball of 64 MiB in memory.
fn tarball(filler: usize) -> io::Result<Tarball> {
    let mut bytes = Vec::new();
    let unpacked = dump::write_tarball(&mut bytes, &dump::block(BLOCK, filler), 1)?;
    Ok(Tarball { bytes, unpacked })
}
