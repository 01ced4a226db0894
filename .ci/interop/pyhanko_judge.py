"""Asks pyHanko: questions as lines of JSON on standard input, an answer for each.

Offline: everything that may be known comes with the question. The verdicts are
those of ETSI EN 319 102-1, with two words of our own: unreadable, and
unsupported for algorithms that the library does not know.
"""

import asyncio
import hashlib
import json
import logging
import sys
from datetime import datetime

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESPassed
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import CertificateValidator, errors as path_errors
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

ORDER = ["valid", "indeterminate", "refused", "unsupported", "invalid", "unreadable"]


def read(name):
    with open(name, "rb") as f:
        return f.read()


def readable(load):
    """What is loaded, or nothing: what cannot be read says nothing about anybody."""
    try:
        return load()
    except ValueError:
        return []


class World:
    """What is known and trusted, and when the question is asked."""

    def __init__(self, q):
        moment = datetime.fromisoformat(q["at"].replace("Z", "+00:00"))
        self.timing = ValidationTimingInfo(moment, moment, point_in_time_validation=True)
        anchors = [x509.Certificate.load(read(f)) for f in q["anchors"]]
        certs = [x509.Certificate.load(read(f)) for f in q["intermediates"]]
        lists, responses = [], []
        for f in q["crls"]:
            lists += readable(lambda: [CRLContainer(crl.CertificateList.load(read(f), strict=True))])
        for f in q["ocsps"]:
            responses += readable(lambda: OCSPContainer.load_multi(ocsp.OCSPResponse.load(read(f), strict=True)))
        policy = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=anchors),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        )
        self.spec = SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
            local_knowledge=LocalKnowledge(
                known_certs=certs,
                known_ocsps=responses,
                known_crls=lists,
            ),
        )

    def handlers(self):
        return ades.bootstrap_validation_data_handlers(self.spec, self.timing)


def verdict(result):
    """The answer to a result of the AdES algorithms."""
    sub = result.ades_subindic
    detail = f"{getattr(sub, 'name', sub)} {result.failure_msg or ''}".strip()
    if isinstance(sub, AdESPassed):
        return "valid", detail
    if isinstance(sub, AdESFailure):
        return "invalid", detail
    return "indeterminate", detail


def worst(answers):
    if not answers:
        return "unreadable", "no signature"
    return max(answers, key=lambda a: ORDER.index(a[0]))


def timestamped(signer):
    attrs = signer["unsigned_attrs"]
    return attrs is not None and any(a["type"].native == "signature_time_stamp_token" for a in attrs)


async def judge_cms(q, world):
    raw = read(q["file"])
    info = cms.ContentInfo.load(raw, strict=True)
    if info["content_type"].native != "signed_data":
        return "unreadable", "no SignedData"
    answers = []
    for i in range(len(info["content"]["signer_infos"])):
        # The library takes one signer at a time.
        one = cms.ContentInfo.load(raw)["content"]
        signer = one["signer_infos"][i]
        one["signer_infos"] = cms.SignerInfos([signer])
        digest = None
        if q.get("content"):
            algorithm = signer["digest_algorithm"]["algorithm"].native
            digest = hashlib.new(algorithm, read(q["content"])).digest()
        ask = ades.ades_with_time_validation if timestamped(signer) else ades.ades_basic_validation
        answers.append(verdict(await ask(one, world.spec, timing_info=world.timing, raw_digest=digest)))
    return worst(answers)


async def judge_pdf(q, world):
    with open(q["file"], "rb") as f:
        reader = PdfFileReader(f, strict=True)
        if reader.encrypted:
            reader.decrypt(b"")
        answers = []
        for signature in reader.embedded_signatures:
            answers.append(await judge_pdf_signature(signature, reader, world))
        return worst(answers)


async def judge_pdf_signature(signature, reader, world):
    signature.compute_integrity_info(diff_policy=DEFAULT_DIFF_POLICY)
    if signature.sig_object_type == "/DocTimeStamp":
        tst = signature.signed_data
        result = await ades.ades_timestamp_validation(
            tst, world.spec, lambda _: signature.compute_digest(), timing_info=world.timing
        )
    elif timestamped(signature.signer_info) and reader.embedded_timestamp_signatures:
        result = await ades.ades_lta_validation(
            signature, PdfSignatureValidationSpec(world.spec), timing_info=world.timing
        )
    else:
        stamped = timestamped(signature.signer_info)
        ask = ades.ades_with_time_validation if stamped else ades.ades_basic_validation
        result = await ask(
            signature.signed_data,
            world.spec,
            timing_info=world.timing,
            raw_digest=signature.compute_digest(),
        )
    answer, detail = verdict(result)
    integrity = signature.summarise_integrity_info()
    if integrity["coverage"] < SignatureCoverageLevel.ENTIRE_REVISION:
        return "invalid", f"coverage {integrity['coverage'].name}; {detail}"
    if integrity["docmdp_ok"] is False and answer == "valid":
        # The signature itself is good; what came later is not allowed.
        return "refused", f"later changes: {integrity['diff_result']}; {detail}"
    return answer, detail


async def judge_timestamp(q, world):
    info = cms.ContentInfo.load(read(q["file"]), strict=True)
    content = read(q["content"])
    result = await ades.ades_timestamp_validation(
        info["content"], world.spec, lambda name: hashlib.new(name, content).digest(), timing_info=world.timing
    )
    return verdict(result)


async def judge_certificate(q, world):
    cert = x509.Certificate.load(read(q["file"]), strict=True)
    context = world.spec.cert_validation_policy.build_validation_context(world.timing, world.handlers())
    try:
        await CertificateValidator(cert, validation_context=context).async_validate_usage(
            key_usage={"non_repudiation"}
        )
    except (path_errors.InsufficientRevinfoError, path_errors.PathBuildingError) as e:
        return "indeterminate", str(e)
    except path_errors.ValidationError as e:
        return "refused", str(e)
    return "valid", ""


JUDGES = {
    "cms": judge_cms,
    "pdf": judge_pdf,
    "timestamp": judge_timestamp,
    "certificate": judge_certificate,
}


def unknown_algorithm(error):
    """Whether the library fails over an object identifier that it does not know."""
    words = ["unsupported hash type", "Unknown key type", "primitives.hashes' has no attribute", "is not supported"]
    return any(w in str(error) for w in words)


def main():
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        q = json.loads(line)
        try:
            answer, detail = asyncio.run(JUDGES[q["kind"]](q, World(q)))
        except Exception as e:  # a judge that fails has read nothing
            answer, detail = "unreadable", f"{type(e).__name__}: {e}"
            if unknown_algorithm(e):
                answer = "unsupported"
        print(json.dumps({"id": q["id"], "verdict": answer, "detail": detail}), flush=True)


main()
