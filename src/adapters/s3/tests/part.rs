//! The file that is downloaded into: resuming, locking, sweeping, and those who read while it grows.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_second_run_downloads_only_what_the_first_left() {
    let world = World::new(20 * MEBIBYTE).await;
    let part = world.part().await;
    world.storage.fail(|request| match request.headers.get("range")?.as_str() {
        "bytes=0-8388607" => Some(Fault::CutAfter(3 * MEBIBYTE)),
        "bytes=3145728-8388607" => {
            Some(Fault::Refuse { status: 403, code: "AccessDenied", message: "enough" })
        }
        _ => None,
    });
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Denied);
    drop(part);

    world.storage.heal();
    let part = world.part().await;
    let left = world.content.len() - usize::try_from(part.resumed().bytes()).unwrap();
    assert!(left <= world.content.len() - 3 * MEBIBYTE, "too little was kept");
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    assert_eq!(world.asked(), left);
}

#[tokio::test]
async fn a_download_goes_on_in_the_same_file_after_it_was_cancelled() {
    let world = World::new(2 * MEBIBYTE).await;
    world.storage.fail(on_gets(|_| Some(Fault::HangAfter(MEBIBYTE))));
    let part = world.part().await;
    cancel_at(&world, &part, MEBIBYTE).await;
    world.storage.heal();
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    assert_eq!(world.asked(), MEBIBYTE);
}

#[tokio::test]
async fn bytes_that_the_disk_lost_are_downloaded_again() {
    let world = World::new(20 * MEBIBYTE).await;
    let part = world.part().await;
    world.download(&part).await.unwrap();
    let path = part.path().to_owned();
    drop(part);
    let mut damaged = std::fs::read(&path).unwrap();
    damaged[MEBIBYTE] ^= 1;
    std::fs::write(&path, damaged).unwrap();

    let part = world.part().await;
    assert_eq!(part.resumed(), ByteSize::mebibytes(12), "the damaged piece is not counted");
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test]
async fn two_drills_do_not_write_one_file() {
    let world = World::new(10).await;
    let part = world.part().await;
    let object = head(&world.s3).await.unwrap();
    let error = PartFile::open(world.cache.path(), &object).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("downloading s3://backups/{KEY}: another drill on this machine is downloading it")
    );
    drop(part);
    PartFile::open(world.cache.path(), &object).unwrap();
}

#[tokio::test]
async fn a_sweep_removes_old_downloads_that_nobody_holds() {
    let world = World::new(10).await;
    let part = world.part().await;
    let written = std::fs::metadata(part.path()).unwrap().modified().unwrap();
    let written = Timestamp::try_from(written).unwrap();
    let day = std::time::Duration::from_hours(24);
    let sweep =
        |hours: i64| PartFile::sweep(world.cache.path(), day, written + hours.hours()).unwrap();
    assert_eq!(sweep(25), 0, "somebody holds it");
    drop(part);
    assert_eq!(sweep(23), 0, "it is not old yet");
    assert_eq!(sweep(25), 1);
    assert_eq!(std::fs::read_dir(world.cache.path()).unwrap().count(), 0);
    assert_eq!(PartFile::sweep(&world.cache.path().join("absent"), day, written).unwrap(), 0);
}

#[tokio::test]
async fn readers_follow_the_bytes_while_they_arrive() {
    let world = World::new(20 * MEBIBYTE).await;
    let part = world.part().await;
    let readers = [part.reader(), part.reader()].map(|mut reader| {
        tokio::task::spawn_blocking(move || {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).map(|_| read)
        })
    });
    world.download(&part).await.unwrap();
    for reader in readers {
        assert!(reader.await.unwrap().unwrap() == world.content);
    }
}

#[tokio::test]
async fn a_cancelled_download_wakes_its_readers() {
    let world = World::new(2 * MEBIBYTE).await;
    world.storage.fail(on_gets(|_| Some(Fault::HangAfter(MEBIBYTE))));
    let part = world.part().await;
    let mut reader = part.reader();
    let reading = tokio::task::spawn_blocking(move || {
        let mut read = Vec::new();
        (reader.read_to_end(&mut read).unwrap_err(), read.len())
    });
    cancel_at(&world, &part, MEBIBYTE).await;
    let (error, read) = reading.await.unwrap();
    assert_eq!(error.to_string(), "the download was cancelled");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted);
    assert_eq!(read, MEBIBYTE);
}

#[tokio::test]
async fn a_failed_download_tells_its_readers_why() {
    let world = World::new(10).await;
    let part = world.part().await;
    world.storage.fail(|_| Some(Fault::Refuse { status: 403, code: "AccessDenied", message: "" }));
    let mut reader = part.reader();
    let reading = tokio::task::spawn_blocking(move || reader.read(&mut [0; 8]).unwrap_err());
    world.download(&part).await.unwrap_err();
    let error = reading.await.unwrap().to_string();
    assert_eq!(error, format!("downloading s3://backups/{KEY}: access denied (AccessDenied)"));
}

#[tokio::test]
async fn a_file_that_is_dropped_without_a_download_wakes_its_readers() {
    let world = World::new(10).await;
    let part = world.part().await;
    let mut reader = part.reader();
    let reading = tokio::task::spawn_blocking(move || reader.read(&mut [0; 8]).unwrap_err());
    drop(part);
    assert_eq!(reading.await.unwrap().to_string(), "the download was given up");
}

#[tokio::test]
async fn content_that_arrived_otherwise_than_it_was_stored_is_noticed() {
    let world = World::new(1000).await;
    let object = |content: &[u8]| Stored {
        headers: vec![("x-amz-checksum-crc32", "y/Q5Jg==".to_owned())],
        ..stored(content.to_vec())
    };
    for (content, same) in [(&b"123456789"[..], true), (b"123456780", false)] {
        let object = Stored { etag: format!("is-{same}"), ..object(content) };
        world.storage.put(&format!("backups/{KEY}"), object);
        let part = world.part().await;
        world.download(&part).await.unwrap();
        let checksum = part.object().checksum.clone().unwrap();
        let compared = checksum.compare(part.reader()).unwrap();
        assert_eq!(compared == Compared::Same, same);
    }
}
