"""Fills a MinIO server with objects that were stored at other times, as its own replication would.

usage: minio_filled.py URL STOCK.json
"""

import json
import sys

import boto3
from botocore.config import Config

url, stock = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
client = boto3.client(
    "s3",
    endpoint_url=url,
    region_name="us-east-1",
    aws_access_key_id="lifeboat",
    aws_secret_access_key="lifeboat-demo",
    config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
)


def as_replicated(params, **_):
    """What one MinIO tells another of an object that it hands over."""
    if "replicated" in now:
        params["headers"]["x-minio-source-replication-request"] = "true"
        params["headers"]["x-minio-source-mtime"] = now["replicated"]["modified"].replace("Z", ".000Z")
        params["headers"]["x-minio-source-etag"] = now["replicated"]["etag"]


now = {}
client.meta.events.register("before-call.s3.PutObject", as_replicated)
for bucket in stock["buckets"]:
    name = bucket["name"]
    client.create_bucket(Bucket=name)
    for item in bucket["objects"]:
        now["replicated"] = item
        client.put_object(Bucket=name, Key=item["key"], Body=bytes(item["size"]))
        if item["tags"]:
            client.put_object_tagging(Bucket=name, Key=item["key"], Tagging={"TagSet": item["tags"]})
    if bucket["keeps_versions"]:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if bucket["rules"]:
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": bucket["rules"]})
    for key in bucket["uploads"]:
        client.create_multipart_upload(Bucket=name, Key=key)
