//! Downloads and what goes wrong on their way.

use super::*;

#[tokio::test]
async fn a_download_is_whole_and_reports_its_way() {
    let world = World::new(20 * MEBIBYTE + 5).await;
    let part = world.part().await;
    assert!(!part.is_complete());
    let seen = Mutex::new(Vec::new());
    world.s3.download(&part, &|transferred| seen.lock().unwrap().push(transferred)).await.unwrap();
    world.assert_whole(&part);
    let seen = seen.into_inner().unwrap();
    let total = ByteSize(world.content.len() as u64);
    assert_eq!(seen.last(), Some(&Transferred { done: total, total }));
    assert!(seen.is_sorted_by_key(|transferred| transferred.done));
    let gets = world.storage.requests().into_iter().filter(Request::is_get_of_object);
    assert!(gets.clone().all(|request| request.headers["if-match"] == format!("\"{ETAG}\"")));
    assert_eq!(gets.count(), 3);

    let path = part.path().to_owned();
    part.remove().unwrap();
    assert!(!path.exists());
    assert_eq!(std::fs::read_dir(world.cache.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_download_may_move_between_threads() {
    let world = World::new(10).await;
    let part = world.part().await;
    let download: std::pin::Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(world.download(&part));
    download.await.unwrap();
}

#[tokio::test]
async fn an_empty_object_is_downloaded_by_asking_for_nothing() {
    let world = World::new(0).await;
    let part = world.part().await;
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test(start_paused = true)]
async fn lost_connections_go_on_where_they_were() {
    let world = World::new(18 * MEBIBYTE).await;
    let cut = |number: usize| number.is_multiple_of(2).then_some(Fault::CutAfter(3 * MEBIBYTE));
    world.storage.fail(on_gets(cut));
    let part = world.part().await;
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    let asked = world.storage.requests();
    assert!(asked.len() > 3, "{}", asked.len());
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_asks_to_slow_down_is_asked_again() {
    let world = World::new(40 * MEBIBYTE).await;
    world.storage.fail(on_gets(|number| {
        let busy = Fault::Refuse { status: 503, code: "SlowDown", message: "Reduce your rate" };
        (!number.is_multiple_of(3)).then_some(busy)
    }));
    let part = world.part().await;
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_only_fails_is_given_up() {
    let world = World::new(MEBIBYTE).await;
    let part = world.part().await;
    world.storage.fail(|_| {
        Some(Fault::Refuse { status: 500, code: "InternalError", message: "We encountered" })
    });
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unreachable);
    assert_eq!(error.reason, "the storage itself failed (InternalError)");
    assert_eq!(world.storage.requests().iter().filter(|it| it.is_get_of_object()).count(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_given_up_and_asked_again() {
    let world = World::new(2 * MEBIBYTE).await;
    world.storage.fail(on_gets(|number| (number == 1).then_some(Fault::HangAfter(MEBIBYTE))));
    let part = world.part().await;
    world.storage.requests();
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
    assert_eq!(world.asked(), 3 * MEBIBYTE, "the first half is not asked for twice");
}

#[tokio::test]
async fn an_object_that_is_replaced_meanwhile_ends_the_download() {
    let world = World::new(MEBIBYTE).await;
    let part = world.part().await;
    let other = Stored { etag: "other".to_owned(), ..stored(content(MEBIBYTE)) };
    world.storage.put(&format!("backups/{KEY}"), other);
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.reason, "the object was replaced while it was downloaded");
    assert_eq!(world.storage.requests().iter().filter(|it| it.is_get_of_object()).count(), 1);
}

#[tokio::test]
async fn an_archived_object_is_refused_before_its_first_byte() {
    let world = World::new(10).await;
    for (restore, shown) in [
        (None, "the object is archived in DEEP_ARCHIVE"),
        (Some("ongoing-request=\"true\""), "the object is still being thawed from DEEP_ARCHIVE"),
    ] {
        let mut archived = stored(content(10));
        archived.headers = vec![("x-amz-storage-class", "DEEP_ARCHIVE".to_owned())];
        archived.headers.extend(restore.map(|restore| ("x-amz-restore", restore.to_owned())));
        world.storage.put(&format!("backups/{KEY}"), archived);
        let part = world.part().await;
        world.storage.requests();
        let error = world.download(&part).await.unwrap_err();
        assert_eq!(error.reason, shown);
        assert!(restore.is_some() || error.advice.unwrap().contains("aws s3api restore-object"));
        assert!(world.storage.requests().is_empty());
    }
}

#[tokio::test]
async fn a_thawed_object_is_downloaded() {
    let world = World::new(10).await;
    let mut thawed = stored(world.content.clone());
    thawed.headers = vec![
        ("x-amz-storage-class", "GLACIER".to_owned()),
        (
            "x-amz-restore",
            "ongoing-request=\"false\", expiry-date=\"Fri, 13 Nov 2026 00:00:00 GMT\"".to_owned(),
        ),
    ];
    world.storage.put(&format!("backups/{KEY}"), thawed);
    let part = world.part().await;
    world.download(&part).await.unwrap();
    world.assert_whole(&part);
}

#[tokio::test]
async fn an_archive_that_only_the_first_get_tells_of_says_how_to_thaw() {
    let world = World::new(10).await;
    let part = world.part().await;
    world.storage.fail(|_| {
        Some(Fault::Refuse { status: 403, code: "InvalidObjectState", message: "not valid" })
    });
    let error = world.download(&part).await.unwrap_err();
    assert_eq!(error.reason, "the object is archived (InvalidObjectState)");
    assert!(error.advice.unwrap().contains("aws s3api restore-object"));
}
