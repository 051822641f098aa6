import { type PhaseId, phaseIdSchema } from '../contract/ids.ts';

export interface TypedFailure {
  code: string;
  phase: PhaseId | null;
  title: string;
  cause: string;
}

/**
 * Failures that the ports raise themselves, with a code and a sentence of their own: no pattern
 * finds them in a text. Codes that the catalogue has too are not repeated here.
 * After a change: `node src/troubleshoot/write-codes-page.ts`.
 * One a line: code | phase (- where it can be any) | title | cause.
 */
const table = `
attention-kernel-failed | smoke | The attention back-end does not run on this GPU | Its kernel ended with an error of its own.
attention-unfit | prepare | The attention back-end does not run on this GPU | It needs a newer GPU or another stack.
build-buildx-missing | prepare | The buildx plugin could not be started | The docker command or its plugin is missing.
build-dockerfile-missing | validate | There is no Dockerfile at this place | The path is wrong, or the file has another name.
build-stalled | image | The build stood still and was stopped | A step waits for something that does not come.
fix-command-failed | - | A command of a fix ended with an error | Its last lines say why.
fix-no-effect | - | A fix could change nothing | What it would have removed is in use.
bundle-exists | - | A file of this name is there already | A report never takes another file's place.
bundle-not-writable | - | The report cannot be written | The folder is missing, or belongs to somebody else.
build-failed | image | The build ended with an error | The last lines of the step say why.
gpu-proof-broken | smoke | torch could not be tried on the GPU | Python or torch in the image did not get so far.
gpu-proof-timeout | smoke | The GPU did not finish a small computation | Another program holds it, or it hangs.
gpu-result-wrong | smoke | The GPU computes wrong results | The card, its memory or a kernel is broken.
image-not-pulled | image | The image could not be pulled | Its name is wrong, or its registry is not reached.
comfyui-answer-too-large | smoke | An answer of ComfyUI is larger than any known one | Something else answers there.
comfyui-auth | smoke | The server wants to know who asks | A proxy with a password stands before ComfyUI.
comfyui-not-comfyui | smoke | What answers is not ComfyUI | The address or port belongs to another program.
comfyui-proxy-page | smoke | A web page came instead of ComfyUI's answer | A proxy or another program is in between.
comfyui-server-error | smoke | ComfyUI broke at a request | Its own log says why.
comfyui-timeout | smoke | ComfyUI gave no answer in time | It is busy, or it hangs.
comfyui-tls | smoke | The certificate of the server is not trusted here | It is self-signed, has expired, or belongs to another name.
comfyui-unreachable | smoke | Nothing answers at the address | ComfyUI is not running there, or listens on another address.
comfyui-upload-too-large | smoke | The server takes no file of this size | A proxy or --max-upload-size limits uploads.
container-gpu-unavailable | launch | The container did not get its GPU | The toolkit, the driver or the CDI file stands in the way.
container-not-ready | launch | The container is not ready in time | Its log says what it was doing.
workflow-unreadable | validate | The workflow file cannot be read | The path is wrong, or it belongs to somebody else.
disk-full-state | - | The disk that holds runs and logs is full | Nothing more can be written there.
disk-reserve | image | The run stopped itself before the disk was full | Other programs wrote to it, or the plan was too small.
dance-clip-short | - | The clip is too short for a dance | It has fewer than five frames.
dance-folder-not-writable | smoke | The film cannot be saved in this folder | It belongs to somebody else, or the disk is full or read-only.
dance-input-unreadable | - | The photo or the clip cannot be used | It is missing, broken, or of a kind that is not read.
dance-model-missing | smoke | The server lists not all models of SteadyDancer | They were not fetched, or lie in another folder.
dance-no-person | smoke | No person was found in the photo or the clip | The pose models found nobody.
dance-not-steadydancer | smoke | The ComfyUI has no SteadyDancer nodes | Their pack is missing or did not load.
dance-photo-small | - | The photo is too small | A person is not seen in so few pixels.
dance-pose-nodes-missing | smoke | The ComfyUI cannot find poses | Its pose nodes or their models are missing.
dance-too-long | smoke | The film is too much for this memory | It is too long or too large, by an estimate.
disk-too-small | prepare | The plan does not fit on the disk | It needs more at its peak than is free.
dockerfile-unknown-argument | validate | The Dockerfile has no such build argument | The choice would have no effect.
dockerfile-without-stage | validate | The Dockerfile builds nothing | It has no FROM line.
engine-cannot-run-here | prepare | Docker cannot run in this place | This is itself a container without the rights for it.
engine-elsewhere | prepare | Docker is on another machine | The wizard should run there.
engine-gone | smoke | The Docker engine stopped while the container was being used | It was stopped, was updated or crashed.
engine-install-failed | prepare | Docker could not be installed | The installer ended with an error.
engine-no-answer | prepare | The Docker engine does not answer in time | It hangs, or the machine is overloaded.
engine-refused | prepare | The Docker engine refuses the connection | Something listens there, but does not take it.
engine-start-failed | prepare | Docker is installed, but does not answer after its start | Its own log says why.
engine-timeout | prepare | The Docker engine does not answer in time | It hangs, or the machine is overloaded.
gpu-capability-unknown | prepare | The compute capability of the GPU is not known | The driver is too old to tell.
gpu-hang | prepare | nvidia-smi does not come back | The driver or the card hangs; restart the machine.
gpu-index-unknown | prepare | There is no GPU of this number | nvidia-smi -L lists them.
gpu-memory-unknown | prepare | The driver does not say how much video memory there is | The GPU shares the machine's memory, or the driver is old.
gpu-name-unknown | prepare | The GPU's name is not known | The plan needs a GPU that the table has.
extra-node-twice | prepare | Two node packs would go into one folder | One of extraNodes has the name of another pack.
folder-is-file | prepare | A folder of the choices is a file | Something else lies where the folder should be.
image-file-broken | image | The image of a file could not be loaded | The file is cut off, damaged, or no archive of docker save.
image-file-missing | prepare | There is no image file at this place | The path is wrong, or the file belongs to somebody else.
image-file-no-space | deploy | There is no room for the image as a file | The disk of its folder is too small or full.
image-file-not-writable | deploy | The image cannot be saved in this folder | It belongs to somebody else, or is read-only.
image-file-several | image | The file holds more than one image | Which one is meant is not said.
image-file-unknown | prepare | The file is no archive of docker save | It is neither tar nor gzip nor zstd.
image-not-saved | deploy | The engine did not give out the image whole | It stopped, or its store is damaged.
pins-unreadable | prepare | The updated pins of a profile are not usable | Their file was changed or cut off.
update-git-missing | prepare | git is not installed | It is what asks upstream for its commits.
update-not-testable | prepare | New pins cannot be tested on this computer | The profile runs on another one.
update-upstream-unseen | prepare | No repository of ComfyUI and the node packs answers | There is no way to GitHub or to its mirror.
image-missing | image | The image is not in this Docker | It was removed, or never built.
image-too-large | image | The image is larger than it should be | Something large was copied into it.
models-answer-unusable | models | The source of a model gives an answer that makes no sense | A proxy or mirror is in between.
models-certificate | models | The certificate of a source is not trusted here | A proxy reads along with an authority of its own, or the mirror signed it itself.
models-changed | models | A model was changed at its source during the download | The file was replaced meanwhile.
models-content-wrong | models | A model file is not what its name says | Its source gives something else.
models-disk-error | models | The disk answers with an input/output error | The drive is failing.
models-encoded-answer | models | Something repacks the file on its way | A proxy compresses downloads.
models-file-too-big | models | The filesystem holds no file of this size | FAT32 ends at 4 GB.
models-folder-no-permission | models | The models folder cannot be written by this user | It belongs to somebody else.
models-folder-read-only | models | The models folder is on a read-only filesystem | It is mounted so.
models-folder-not-folder | models | What stands at the models folder is not a folder | A file, or a link to nothing, has its name.
models-forbidden | models | The storage refuses the download | A link ran out, or the network is blocked.
models-gated | models | The owner of a model has not given access | Its conditions must be accepted first.
models-hash-mismatch | models | A model came out wrong | Its sha256 is not the one that its source gives.
models-sidecar-died | models | The container that fetches models ended early | Its last line or its exit code says why.
models-sidecar-no-address | models | The container that serves models to the build has no address | The engine has no network of its own.
models-sidecar-refused | models | Docker refuses the container that fetches models | Its answer says why.
models-html-page | models | A web page came instead of a model | A sign-in page of the network, or a page of the hub.
models-insecure-redirect | models | A source sends us to an address without encryption | The mirror is not set up well.
models-link-escapes | models | A link leads out of the models folder | A container cannot follow it.
models-mirror-asks-token | models | The mirror asks for a token | The token goes to the hub only, unless asked otherwise.
models-name-escapes | models | A file name leads out of the models folder | The manifest is not one to trust.
models-network | models | The connection breaks again and again | The line or the source is unstable.
models-not-a-file | models | A name that is to be removed is a folder | Models are removed file by file.
models-no-answer | models | A source of models does not answer | The network, the proxy or the name of the mirror is wrong.
models-not-there | models | A model that is to be in the image is gone | It was moved or removed since it was fetched.
models-not-found | models | A model is not at its source | It was renamed or removed.
models-other-file | models | A file of this name is there and is another | It is not the one that the source gives.
models-rate-limited | models | The source asks us to come more slowly | Too many downloads from this address.
models-redirect-loop | models | A source redirects in a circle | The mirror is not set up well.
models-refused | models | The source refuses a model | Its answer says why.
models-repo-unreadable | models | The hub does not list a repository | It is private, or was removed.
models-size-differs | models | A model has another size at its source | The file was replaced.
models-size-unknown | models | A source does not say how large a file is | The mirror does not pass it on.
models-source-unavailable | models | The source of a model is not available now | The hub or the mirror has a fault of its own.
models-stalled | models | A source has gone silent | The line or the source hangs.
models-token-needed | models | The hub gives a model only with a token | The repository is not public.
models-token-refused | models | The hub refuses the token | It is wrong or out of date.
models-truncated | models | A source sends less than it announced | The mirror or a proxy cuts files.
models-wrong-range | models | A source answers with another range than asked for | The mirror does not know ranges.
mount-denied | launch | A folder cannot be given to the container | It is missing, not shared, or not allowed.
phase-not-satisfied | prepare | The run cannot start at this phase | What an earlier phase makes is not there.
profile-locked | prepare | The profiles are being written by another steadydancer | Its lock is still there.
profile-token | prepare | A choice holds a token or a password | A profile never keeps one.
profile-unreadable | prepare | A profile cannot be read | Its JSON is damaged, or of a newer version.
pod-crash-loop | deploy | The pod's container ends again and again | The image does not run there; its log says why.
pod-cuda-old | deploy | The pod's host has a driver that is too old | The image asks for a newer CUDA than it has.
pod-ended | deploy | The pod has ended by itself | Its container ended, or its host did.
pod-image-not-pulled | deploy | The pod cannot pull the image | It is private, was not pushed, or its registry limits pulls.
pod-lost | deploy | The pod is gone | Somebody or Runpod itself ended it.
pod-not-ended | deploy | A pod could not be ended | It may still run and cost; Runpod's answer says why.
pod-not-ready | deploy | ComfyUI does not answer in the pod in time | Its host is slow, or the image does not start there.
runpod-key-missing | deploy | Runpod is asked with a key, and none is set | RUNPOD_API_KEY is where it comes from.
runpod-no-candidate | deploy | Runpod offers no GPU that fits | Memory, CUDA, price or place leave none that is free.
runpod-price | deploy | Runpod asks more than was agreed to | Its price went up between look and start.
runpod-rate-limited | deploy | Runpod asks us to come more slowly | Other tools of the account ask it too.
runpod-request | deploy | Runpod refuses what was asked for | Its answer says why.
runpod-server-error | deploy | Runpod has a fault of its own | It gets over it, mostly.
runpod-spend-limit | deploy | The sum that was agreed to is spent | The pod was ended by it.
runpod-unreachable | deploy | Runpod's API gives no answer | There is no way to it, or it is down.
runpod-volume-unknown | deploy | The account has no such network volume | It was deleted, or belongs to another account.
push-no-login | push | Nobody is logged in to the registry | It takes no push without a login.
push-not-tested | push | No tag is moved to an image that was not tested | No run of this computer tested it, or the last one failed.
push-wrong-architecture | push | The image is for another processor than a pod has | It was built by an engine of another architecture.
push-refused | push | The image was not pushed | The registry's answer says why.
registry-config-unreadable | push | Docker's logins cannot be read | config.json is damaged or belongs to somebody else.
question-unanswered | - | A question stayed unanswered | Nobody was there to answer, and it has no default.
recipe-incomplete | prepare | The recipe misses a part | It needs a Dockerfile or an image.
rehearsal-node-unreadable | validate | Node does not say which libraries it links | The rehearsal image is made of this machine's Node.
rehearsal-part-missing | validate | A part of the rehearsal is not there | The installation is incomplete.
server-architecture | - | The server has another kind of processor | There are programs for x86_64 and aarch64.
server-cannot-execute | - | The server does not start the program | Its home may be mounted so that it holds no programs.
server-copy-failed | - | The program did not come to the server whole | The connection, the disk or something on the way broke it.
server-disk-small | - | The home disk of the server is full | The program has no room there.
server-glibc-old | - | The C library of the server is too old | Node needs a newer one.
server-no-shell | - | The server runs no command | The account has no shell, or may only copy files.
server-node-missing | - | The server has no Node that fits | Without a single executable, one is needed there.
server-not-linux | - | The server is no Linux machine | SteadyDancer runs on Linux.
ssh-auth-refused | - | The server does not let you in | It knows none of the keys that were offered.
ssh-connection-lost | - | The connection to the server is lost | The network went, or the server did; a run there goes on.
ssh-failed | - | The ssh connection did not come about | What ssh says last says why.
ssh-host-key-changed | - | The server shows another host key than before | It was set up anew, or it is another machine.
ssh-host-key-unknown | - | The host key of the server is not known | Nobody was there to accept it.
ssh-missing | - | There is no ssh on this computer | Its client is not installed.
ssh-name-unknown | - | The name of the server is not known | It is misspelt, or the network's names do not have it.
ssh-unreachable | - | No ssh server answers | It is off, behind a firewall, or at another port.
run-lost | - | The run ended without a result | Its process is gone: it was killed, or the machine was restarted.
run-already-running | prepare | A run of this profile is going on | One profile runs once at a time.
run-does-not-stop | - | The run does not stop | Its process does not answer.
smoke-attention-other | smoke | Another attention is in use than asked for | The workflow or the server chose its own.
smoke-file-black | smoke | The test video is black | The model or its decoder gave nothing.
smoke-file-broken | smoke | The test video cannot be read | It was not written to its end.
smoke-file-missing | smoke | The server names no produced file | No output node saved one.
smoke-file-size | smoke | The test video has another size than asked for | The workflow changed it.
smoke-file-still | smoke | The test video does not move | The poses had no effect.
smoke-gpu-memory | smoke | The container sees another amount of video memory | It got another GPU, or a part of it.
smoke-gpu-missing | smoke | The container sees no GPU | It was started without one.
smoke-gpu-other | smoke | The container sees another GPU than asked for | The order of the cards differs.
smoke-model-missing | smoke | Model files are not seen by the server | They lie in folders that it does not read.
smoke-node-missing | smoke | Node classes are missing | Their packs did not load.
smoke-out-of-memory | smoke | The video memory was full | The render needs more than is free.
smoke-render-error | smoke | A node of the test video broke | The server's log says why.
smoke-render-interrupted | smoke | Somebody stopped the test video | It was interrupted on the server.
smoke-render-lost | smoke | The server has forgotten the test video | It was started again meanwhile.
smoke-workflow-refused | smoke | The server refused the workflow | Its answer names the input.
stack-unfit | prepare | No stack runs on this GPU | GPU, driver and CUDA do not go together.
stack-unknown | prepare | There is no stack of this name | stacks.json lists them.
state-not-writable | prepare | The run's folder cannot be made | It belongs to somebody else, or the disk is read-only.
target-not-here | prepare | This place cannot do what was asked for | The target needs another machine or an account.
weights-unfit | prepare | The weights do not fit | They need more memory than there is.
workflow-editor-format | smoke | The workflow is in the editor's format | ComfyUI takes only the API format.
workflow-not-convertible | smoke | The workflow of ComfyUI's page cannot be converted | It has parts that only the page knows.
workflow-not-a-graph | smoke | The file is not a graph of ComfyUI | Each node needs class_type and inputs.
`;

export const typedFailures: readonly TypedFailure[] = table
  .trim()
  .split('\n')
  .map((row) => {
    const [code = '', phase, title = '', cause = ''] = row.split(' | ');
    return { code, phase: phase === '-' ? null : phaseIdSchema.parse(phase), title, cause };
  });
