// Skeletons from a film of a person. Source: MCG-NJU/SteadyDancer workflows 03 and 01 (graph page (a)),
// kijai/ComfyUI-WanAnimatePreprocess nodes.py @1a35b81.
import type { Graph } from '../graph.ts';
import { node } from './model-nodes.ts';
import type { DanceGraphInput } from './types.ts';

type PoseInput = Pick<DanceGraphInput, 'pose' | 'detectors' | 'width' | 'height'>;
type Link = [string, number];

export interface PosePart {
  nodes: Graph;
  /** Skeletons of the clip, one a frame, of the film's size. */
  poses: Link;
  /** The photo's own skeleton, where the route draws one. */
  photoPose: Link | null;
}

/** Node 2 is the photo, node 3 the clip's frames; both have the film's size. */
export function poseNodes(input: PoseInput): PosePart {
  const { pose, width, height } = input;
  if (pose === 'drawn') return { nodes: {}, poses: ['3', 0], photoPose: null };
  const loader = detectorNode(input);
  const sized = (image: Link) =>
    node('ImageScale', 'Poses in the size of the film', {
      image,
      ...{ upscale_method: 'lanczos', width, height, crop: 'center' },
    });
  switch (pose) {
    case 'one-to-all':
      return {
        nodes: {
          '20': loader,
          '21': node('PoseDetectionOneToAllAnimation', 'Find the poses', {
            model: ['20', 0],
            images: ['3', 0],
            ref_image: ['2', 0],
            ...{ width, height, align_to: 'ref', draw_face_points: 'weak', draw_head: 'full' },
          }),
          '22': sized(['21', 0]),
        },
        poses: ['22', 0],
        photoPose: ['21', 1],
      };
    case 'vitpose':
      return {
        nodes: {
          '20': loader,
          '23': node('PoseAndFaceDetection', 'Find the poses', {
            model: ['20', 0],
            images: ['3', 0],
            retarget_image: ['2', 0],
            ...{ width, height },
          }),
          '21': node('DrawViTPose', 'Draw the poses', {
            pose_data: ['23', 0],
            ...{ width, height, retarget_padding: 16 },
            ...{ body_stick_width: -1, hand_stick_width: -1, draw_head: true },
          }),
          '22': sized(['21', 0]),
        },
        poses: ['22', 0],
        photoPose: null,
      };
    default:
      return pose satisfies never;
  }
}

function detectorNode({ pose, detectors }: PoseInput): Graph[string] {
  if (!detectors) throw new TypeError(`the pose route ${pose} needs its detectors`);
  return node('OnnxDetectionModelLoader', 'Load the pose models', {
    vitpose_model: detectors.vitpose,
    yolo_model: detectors.yolo,
    onnx_device: 'CUDAExecutionProvider',
  });
}
