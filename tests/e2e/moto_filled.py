"""moto's S3 server with objects that were stored at other times: through its own classes, since no client can choose
when an object was stored, and without the gigabytes that they stand for.

usage: moto_filled.py PORT STOCK.json
"""

import json
import signal
import sys
from datetime import datetime

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer


def fill(storage, client, bucket):
    name = bucket["name"]
    storage.create_bucket(name, region_name="us-east-1")
    for item in bucket["objects"]:
        stored = storage.put_object(name, item["key"], b"\x1f", etag=item["etag"])
        stored.contentsize = item["size"]
        stored.last_modified = datetime.strptime(item["modified"], "%Y-%m-%dT%H:%M:%SZ")
    # What clients can say themselves is said as clients say it.
    if bucket["keeps_versions"]:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if bucket["rules"]:
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": bucket["rules"]})
    for item in bucket["objects"]:
        if item["tags"]:
            client.put_object_tagging(Bucket=name, Key=item["key"], Tagging={"TagSet": item["tags"]})
    for key in bucket["uploads"]:
        client.create_multipart_upload(Bucket=name, Key=key)


port, stock = int(sys.argv[1]), json.load(open(sys.argv[2], encoding="utf-8"))
# It fills itself on a port of its own: whoever waits for the other sees it filled.
inner = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
inner.start()
host, inner_port = inner.get_host_and_port()
client = boto3.client(
    "s3",
    endpoint_url=f"http://{host}:{inner_port}",
    region_name="us-east-1",
    aws_access_key_id="lifeboat",
    aws_secret_access_key="lifeboat",
)
for bucket in stock["buckets"]:
    fill(s3_backends[DEFAULT_ACCOUNT_ID]["aws"], client, bucket)
outer = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
outer.start()
signal.pause()
